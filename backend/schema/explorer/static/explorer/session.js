// The sign-in: an access token in memory, renewed through a cookie that no script can read.
//
// A refresh token is good once. So the tabs of a browser take turns, and tell each other what they got; where they
// cannot take turns, the one that comes second finds the cookie of the first a moment later.

import * as kept from "./kept.js";

const HINT = "mibudge:signed-in"; // says that there may be a cookie, so that nobody else's visit begins with a refusal
const LOCK = "mibudge:refresh";
const EARLY = 60_000; // milliseconds before its end at which a token is renewed
const LONGEST_TIMER = 2 ** 31 - 1; // what setTimeout takes
const AGAIN = [500, 1_500]; // milliseconds to wait after a token that was just spent; the service's grace is longer

// What went wrong, in words for people.
export class Refused extends Error {}

// The sign-in is over.
export class SignedOut extends Refused {}

let held = null; // { access, user, from, until }, times in milliseconds
let refreshing = null;
let timer;
let listener = () => {};
const tabs = "BroadcastChannel" in globalThis ? new BroadcastChannel("mibudge") : null;

// Calls back with "in", "out" (somebody logged out), "over" (the service ended it) or "other" (another user signed in).
export function onChange(callback) {
  listener = callback;
}

export const mayResume = () => kept.get(HINT) !== null;
export const user = () => held?.user;

export async function signIn(username, password) {
  const response = await post("", { username, password });
  if (!response.ok) throw new Refused(await whyNot(response));
  accept((await response.json()).access);
}

// Renews the access token, once for all who ask meanwhile.
export function refresh() {
  refreshing ??= inTurn(renew).finally(() => (refreshing = null));
  return refreshing;
}

export async function signOut() {
  const response = await post("logout/", undefined, held ? { Authorization: `Bearer ${held.access}` } : {});
  if (!response.ok) throw new Refused(`You are still signed in: the service answered ${response.status}.`);
  tabs?.postMessage({ over: true });
  drop("out");
}

// fetch() as the user. A refused token is renewed once, and what was refused asked again: it had no effect.
export async function send(url, options) {
  if (!fresh()) await refresh();
  const answer = await withToken(url, options);
  if (answer.status !== 401) return answer;
  await refresh();
  return withToken(url, options);
}

function withToken(url, options) {
  if (!held) throw new SignedOut("Somebody else signed in.");
  const headers = { ...options.headers, Authorization: `Bearer ${held.access}` };
  return reach(url, { ...options, headers });
}

function fresh() {
  return held !== null && Date.now() < held.until;
}

async function inTurn(work) {
  const before = held;
  const turn = () => (held !== before && fresh() ? undefined : work()); // another tab may have been faster
  return navigator.locks ? navigator.locks.request(LOCK, turn) : turn();
}

async function renew() {
  for (const pause of [0, ...AGAIN]) {
    await new Promise((done) => setTimeout(done, pause));
    const response = await post("refresh/");
    if (response.ok) return accept((await response.json()).access);
    if (response.status !== 401) throw new Refused(await whyNot(response));
    const { code } = await response.json();
    if (code !== "token_not_valid") break; // there is no cookie any more
  }
  drop("over");
  throw new SignedOut("Your sign-in has ended. Sign in again.");
}

function accept(access) {
  if (!take(access)) return;
  tabs?.postMessage({ access });
}

// False if the token is not for the user who is at work here: then the page begins anew.
function take(access) {
  const { user_id: user, iat, exp } = JSON.parse(decode(access.split(".")[1]));
  const before = held;
  if (before && before.user !== user) {
    drop("other");
    return false;
  }
  const life = (exp - iat) * 1_000; // by the service's clock, which this machine's may differ from
  const early = Math.min(EARLY, life / 4);
  held = { access, user, until: Date.now() + life - early };
  kept.set(HINT, "1");
  clearTimeout(timer);
  timer = setTimeout(() => refresh().catch(() => {}), Math.min(life - early, LONGEST_TIMER));
  if (!before) listener("in");
  return true;
}

function drop(why) {
  held = null;
  clearTimeout(timer);
  if (why !== "other") kept.remove(HINT);
  listener(why);
}

if (tabs) {
  tabs.onmessage = ({ data }) => {
    if (data.access) take(data.access);
    else if (held) drop("out");
  };
}

function decode(base64url) {
  const bytes = Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

// `keepalive`: a page that goes away meanwhile still leaves the next one the new cookie.
function post(path, body, headers = {}) {
  const json = body && { "Content-Type": "application/json" };
  const options = { method: "POST", headers: { ...headers, ...json }, body: body && JSON.stringify(body), keepalive: true };
  return reach(`/api/token/${path}`, options);
}

async function reach(url, options) {
  try {
    return await fetch(url, { ...options, credentials: "same-origin", cache: "no-store" });
  } catch {
    throw new Refused("The service does not answer. Is it running, and is this machine connected to it?");
  }
}

async function whyNot(response) {
  if (response.status === 401) return "The user name and the password do not match.";
  if (response.status === 429) return `Too many wrong attempts. Try again in ${wait(response.headers.get("Retry-After"))}.`;
  if (response.status >= 500) return `The service failed (${response.status}). Its log says why.`;
  const { detail } = await response.json().catch(() => ({}));
  return detail ?? "Enter a user name and a password.";
}

function wait(seconds) {
  const minutes = Math.ceil(Number(seconds) / 60);
  if (!minutes) return "a few minutes";
  return minutes === 1 ? "a minute" : `${minutes} minutes`;
}
