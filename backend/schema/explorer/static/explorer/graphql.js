// GraphQL as the user.

import * as session from "./session.js";

// The whole answer, as GraphiQL shows it.
export async function ask(request) {
  const response = await session.send("/graphql/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(request),
  });
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new session.Refused(`The service answered ${response.status} without JSON.`);
  }
}

// The data alone; an error is thrown in the service's words.
export async function data(request) {
  const answer = await ask(request);
  if (!answer.data) throw new session.Refused(answer.errors?.[0]?.message ?? answer.detail ?? "There was no answer.");
  return answer.data;
}
