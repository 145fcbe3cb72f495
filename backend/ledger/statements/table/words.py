"""The words that banks head their columns with.

English, German, French, Spanish, Portuguese, Dutch, Italian and Polish ones, all written as `plain` leaves them.
"""

import re
import unicodedata
from functools import lru_cache


def _words(text: str) -> frozenset[str]:
    return frozenset(word.strip() for line in text.strip().splitlines() for word in line.split("|"))


ENGLISH = {
    "booked": """
        posting date|posted date|post date|date posted|booking date|date booked|completed date|settlement date
        posted on|booked at|booked on""",
    "date": "date",
    "made": "transaction date|trans date|date of transaction|started date|trade date|purchase date",
    "valued": "value date",
    "amount": "amount|transaction amount|credit debit amount|value|net|net amount",
    "debit": """
        debit|debits|debit amount|withdrawal|withdrawals|withdrawal amount|paid out|money out|amount debit
        outflow""",
    "credit": "credit|credits|credit amount|deposit|deposits|deposit amount|paid in|money in|amount credit|inflow",
    "direction": """
        debit credit|credit debit|debit credit indicator|credit debit indicator|debit or credit|credit or debit
        dr cr|cr dr|direction""",
    "description": """
        description|transaction description|details|transaction details|narrative|memo|particulars|name description
        payment reference|notifications|original description|statement description|title|description 1|description 2
        transaction""",
    "reference": "reference|notes",
    "party": "payee|payee name|partner name|counterparty|counterparty name|merchant|merchant name|counter party|name",
    "payer": "payer|payer name|debtor name|sender|sender name",
    "recipient": "recipient|recipient name|creditor name|beneficiary|beneficiary name",
    "id": "transaction id|fitid|unique id|transaction uid|transaction identifier|transferwise id|id",
    "balance": """
        balance|running balance|running bal|account balance|balance after transaction|resulting balance
        account running balance|runningbalance""",
    "currency": "currency|account currency|amount currency|currency code",
    "account": "account number|account no|account id|account iban|bank account|account",
    "status": "status|state|transaction status|pending",
    "kind": "transaction type|type",
    "fee": "fee",
    "check": "check number|checknumber|check no|cheque number|check|check or slip",
}
OTHERS = {
    "booked": """
        buchungstag|buchungsdatum|datum der buchung|buchung|date de comptabilisation|date comptable|fecha contable
        data lanc|data do lancamento|data lancamento|data mov|data movimento|data do movimento|data contabilistica
        boekdatum|boekingsdatum|datum boeking|data contabile|data registrazione|data di registrazione
        data ksiegowania""",
    "date": "datum|fecha|data|dateop",
    "made": """
        umsatzdatum|belegdatum|kaufdatum|transaktionsdatum|date operation|date de l operation|date d operation
        fecha operacion|fecha de operacion|fecha de la operacion|f operacion|data operacao|data da operacao
        data transacao|transactiedatum|data operazione|data dell operazione|data operacji|data transakcji""",
    "valued": """
        valuta|wertstellung|wertstellungsdatum|valutadatum|date valeur|date de valeur|fecha valor|f valor|data valor
        data da valor|rentedatum|data valuta|data waluty|dateval""",
    "amount": """
        betrag|umsatz|buchungsbetrag|montant|montant de l operation|importe|cantidad|valor|montante|importancia
        quantia
        bedrag|transactiebedrag|importo|importo operazione|ammontare|kwota|kwota operacji|kwota transakcji
        kwota w walucie rachunku|kwota transakcji waluta rachunku""",
    "debit": """
        soll|belastung|belastungen|lastschrift|ausgang|ausgange|cargo|cargos|debe|salidas|gastos|debito|debitos
        saidas|af|uitgaven|dare|addebiti|addebito|uscite|obciazenia|obciazenie|wydatki|debet|kwota obciazenia""",
    "credit": """
        haben|gutschrift|gutschriften|eingang|eingange|abono|abonos|haber|entradas|ingresos|credito|creditos|bij
        inkomsten|avere|accrediti|accredito|entrate|uznania|uznanie|wplywy|kredyt|kwota uznania""",
    "direction": "soll haben|s h|h s|af bij|bij af|sens|debet credit|debito credito|dare avere|d c|c d",
    "description": """
        verwendungszweck|buchungstext|text|bezeichnung|beschreibung|buchungsdetails|zahlungsgrund
        buchungstext verwendungszweck|avisierungstext|libelle|libelle operation|libelle de l operation
        libelle simplifie|intitule|label
        communication|communications|detail|detail de l ecriture|motif|informations complementaires|concepto
        descripcion|observaciones
        detalle|concepto ampliado|movimiento|mas datos|descricao|historico|descritivo|detalhes
        descricao do movimento|lancamento
        omschrijving|omschrijving 1|omschrijving 2|omschrijving 3|mededelingen|mededeling|naam omschrijving
        descrizione|descrizione operazione|causale|descrizione estesa|descrizione completa|dettagli|szczegoly
        opis|opis operacji|opis transakcji
        tytul|tytul operacji|tytul przelewu""",
    "party": """
        auftraggeber empfanger|empfanger auftraggeber|beguenstigter zahlungspflichtiger|auftraggeber begunstigter
        begunstigter auftraggeber|begunstigter zahlungspflichtiger|name zahlungsbeteiligter
        tiers|beneficiaire emetteur|nombre|naam tegenpartij
        tegenpartij|naam|beneficiario ordinante|controparte|nadawca odbiorca|odbiorca nadawca|kontrahent
        dane kontrahenta|nazwa odbiorcy nadawcy|sender empfanger""",
    "payer": "zahlungspflichtige r|auftraggeber|donneur d ordre|emetteur|ordenante|ordinante|nadawca",
    "recipient": """
        zahlungsempfanger in|zahlungsempfanger|empfanger|empfaenger|empfaenger 1|beneficiaire|destinataire
        beneficiario|destinatario
        odbiorca""",
    "id": """
        transaktions id|buchungs id|identifiant|id transakcji|id operacji|transactie id|id transazione
        id da transacao|identificador|nr transakcji""",
    "balance": """
        saldo|kontostand|saldo nach buchung|solde|solde apres operation|saldo contable|saldo contabilistico
        saldo na data|saldo contabile|saldo progressivo|saldo po operacji|saldo po transakcji|saldos
        accountbalance""",
    "currency": "wahrung|waehrung|devise|monnaie|divisa|moneda|moeda|munt|waluta|waluta rachunku",
    "account": """
        auftragskonto|iban auftragskonto|iban kontoinhaber|kontonummer|rekening|iban bban|rekeningnummer|accountnum
        numero de compte""",
    "status": "zustand|info|statut|etat|estado|stato|status transakcji",
    "kind": "umsatzart|umsatztyp|vorgang|type d operation|tipo de operacion|mutatiesoort|tipo operazione",
    "fee": "gebuhr",
    "check": "schecknummer|numero de cheque",
}
ROLES = {word: role for words in (OTHERS, ENGLISH) for role, text in words.items() for word in _words(text)}
"""What a header tells."""
ALSO_ELSEWHERE = _words(
    "date|description|debit|credit|debits|credits|reference|details|memo|name|status|id|fitid|type|check"
)
OF_ENGLISH = frozenset(word for text in ENGLISH.values() for word in _words(text)) - ALSO_ELSEWHERE
OF_OTHERS = frozenset(word for text in OTHERS.values() for word in _words(text)) - ALSO_ELSEWHERE
DATES = ("booked", "date", "made", "valued")
"""Kinds of dates; the first that a file has is when its rows were posted."""
SURELY_OWN = _words(
    "auftragskonto|iban auftragskonto|iban kontoinhaber|rekening|iban bban|accountnum|account iban|bank account"
)
"""Headers of the account itself, also where a file has several; others may name the other side's."""
AFTER_FEES = _words("net|net amount")
"""Amounts from which fees were taken already."""
VALUTA = "valuta"
"""Italians and the Dutch call the currency what the Germans call the date of value."""

PENDING = _words("""
    pending|authorized|authorised|processing|hold|vorgemerkt|umsatz vorgemerkt|nicht gebucht|ausstehend|en attente
    en cours|a venir|pendiente|retenido|pendente|cativo|gereserveerd|in behandeling|in sospeso|non contabilizzato
    in attesa|oczekujaca|oczekujace|w trakcie|blokada|yes|true
""")
DECLINED = _words("""
    declined|reverted|failed|cancelled|canceled|denied|expired|voided|rejected|abgelehnt|fehlgeschlagen|refuse
    annule
    echoue|rechazado|cancelado|anulado|recusado|geweigerd|geannuleerd|rifiutato|annullato|odrzucona|anulowana
""")
POSTED = _words("""
    posted|completed|complete|cleared|booked|settled|executed|processed|reconciled|gebucht|umsatz gebucht|ausgefuhrt
    comptabilise|effectue|valide|contabilizado|ejecutado|realizado|concluido|efetuado|verwerkt|geboekt
    contabilizzato
    eseguito|zaksiegowana|zaksiegowano|wykonana|rozliczona|rozliczono|no|false
""")

OUT = _words("debit|dr|d|s|soll|af|out|debet|debito|dare|cargo|debe")
IN = _words("credit|cr|c|h|haben|bij|in|kredit|credito|avere|abono|haber")

KINDS = {
    "atm": "ATM",
    "atm withdrawal": "ATM",
    "cash withdrawal": "ATM",
    "geldautomat": "ATM",
    "fee": "FEE",
    "service charge": "SRVCHG",
    "interest": "INT",
    "check": "CHECK",
    "cheque": "CHECK",
    "pos": "POS",
    "transfer": "XFER",
    "direct debit": "DIRECTDEBIT",
    "lastschrift": "DIRECTDEBIT",
    "sepa lastschrift": "DIRECTDEBIT",
    "direct deposit": "DIRECTDEP",
    "bill payment": "PAYMENT",
}
"""Words for a kind of movement that are surely one of the ledger's."""

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "æ": "ae"})
_OTHER = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=1024)
def plain(text: str) -> str:
    """In lower case, without accents and punctuation: `Zahlungsempfänger*in` is `zahlungsempfanger in`."""
    folded = unicodedata.normalize("NFKD", text[:200].casefold()).translate(_LETTERS)
    letters = "".join(character for character in folded if not unicodedata.combining(character))
    return _OTHER.sub(" ", letters).strip()
