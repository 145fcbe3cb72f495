// What ready queries are filled in with: ids of the user's own things, and dates in the user's time zone.

import { data } from "./graphql.js";

const CURSORS = "cursors"; // what is kept: where this browser stood, by day
const nodes = (connection) => connection?.edges.map(({ node }) => node) ?? [];

export async function accounts(lookUps) {
  const found = await data({ query: lookUps, operationName: "Accounts" });
  return { me: found.me, all: nodes(found.bankAccounts) };
}

let memory; // of the user, in this browser

// Notes where the user's changes stand now, once a day, so that a later visit can ask what came since.
export async function remember(storage, me, lookUps) {
  memory = storage;
  const { today } = dates(me.timezone);
  const cursors = known();
  if (today in cursors) return;
  const { changes } = await data({ query: lookUps, operationName: "Now" });
  const before = Object.keys(cursors).sort().slice(-1).map((day) => [day, cursors[day]]);
  storage.setItem(CURSORS, JSON.stringify({ ...Object.fromEntries(before), [today]: changes.cursor }));
}

function known() {
  try {
    return JSON.parse(memory.getItem(CURSORS)) ?? {};
  } catch {
    return {};
  }
}

// The story's variables with their `{{names}}` replaced; `missing` names those that the user has nothing for.
export async function fill(story, lookUps) {
  const names = new Set([...JSON.stringify(story.variables).matchAll(/{{(.*?)}}/g)].map(([, name]) => name));
  if (!names.size) return { variables: story.variables, missing: [] };
  const facts = await find(lookUps);
  const replaced = (_, text) =>
    typeof text === "string" ? text.replaceAll(/{{(.*?)}}/g, (_, name) => facts[name] ?? "") : text;
  const variables = JSON.parse(JSON.stringify(story.variables, replaced));
  return { variables, missing: [...names].filter((name) => facts[name] === undefined) };
}

async function find(lookUps) {
  const { me, all } = await accounts(lookUps);
  const account = me.defaultBankAccount?.id ?? (all.find((each) => each.accountType === "CHECKING") ?? all[0])?.id;
  const things = account && (await thingsOf(account, lookUps));
  const [, cursor] = Object.entries(known()).sort()[0] ?? [];
  return { ...dates(me.timezone), newKey: randomKey(), cursor, account, ...things };
}

async function thingsOf(account, lookUps) {
  const found = await data({ query: lookUps, operationName: "Details", variables: { account } });
  const all = nodes(found.node?.budgets);
  const next = (budget) => Number(budget.nextFunding?.amount.amount ?? 0);
  const [budget, otherBudget] = all.filter((each) => !each.isUnallocated).sort((a, b) => next(b) - next(a));
  const target = (each) => Number(each.targetBalance.amount);
  const [bill] = all.filter((each) => each.budgetType === "RECURRING" && target(each)).sort((a, b) => target(b) - target(a));
  const payment = nodes(found.transactions).find((each) => half(each.amount.amount));
  return {
    unallocated: all.find((each) => each.isUnallocated)?.id,
    budget: budget?.id,
    otherBudget: otherBudget?.id,
    bill: bill?.id,
    billAmount: bill && `-${bill.targetBalance.amount}`,
    transaction: payment?.id,
    halfOfIt: payment && half(payment.amount.amount),
  };
}

// Half of what was paid, to the currency's smallest unit; undefined for money that came in, and for too little.
function half(amount) {
  const units = BigInt(amount.replace(".", "")) / -2n;
  if (units <= 0n) return undefined;
  const decimals = amount.split(".")[1]?.length ?? 0;
  const digits = units.toString().padStart(decimals + 1, "0");
  return decimals ? `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}` : digits;
}

// As many bits as a UUID has; browsers make those only where HTTPS is.
function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (each) => each.toString(16).padStart(2, "0")).join("");
}

function dates(timeZone) {
  const format = new Intl.DateTimeFormat("en", { timeZone, year: "numeric", month: "numeric", day: "numeric" });
  const parts = Object.fromEntries(format.formatToParts(new Date()).map(({ type, value }) => [type, Number(value)]));
  const { year, month, day } = parts;
  const date = (y, m, d) => new Date(Date.UTC(y, m - 1, d)).toISOString().slice(0, 10);
  return {
    today: date(year, month, day),
    yesterday: date(year, month, day - 1),
    tomorrow: date(year, month, day + 1),
    weekAgo: date(year, month, day - 7),
    monthStart: date(year, month, 1),
    nextMonthStart: date(year, month + 1, 1),
    lastMonthStart: date(year, month - 1, 1),
    yearStart: date(year, 1, 1),
    monthAhead: date(year, month, day + 31),
    quarterAhead: date(year, month, day + 92),
    yearAhead: date(year, month, day + 365),
  };
}
