from django.test import Client


def test_the_root_leads_to_what_there_is_and_loads_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(address in page for address in ("/api/v1/schema/swagger-ui/", "/api/v1/schema/redoc/", "/graphql/"))
    assert "://" not in page
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_nothing_can_be_sent_to_the_root(client: Client) -> None:
    assert client.post("/").status_code == 405
