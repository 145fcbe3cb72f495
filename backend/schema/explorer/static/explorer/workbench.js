// GraphiQL, with the user's sign-in, colours and memory.

import {
  createElement as h,
  createRoot,
  GraphiQL,
  parse,
  setNonce,
  ToolbarButton,
  useEditorContext,
  useEffect,
  useExecutionContext,
  useState,
} from "./vendor/libraries.js";
import { accounts, remember } from "./facts.js";
import { ask } from "./graphql.js";
import * as kept from "./kept.js";
import * as stories from "./stories.js";

const ANSWERED = "answered"; // the event that tells what the last answer cost
const theme = () => document.documentElement.dataset.theme;

// GraphiQL notices a moment late which operation its editor holds: one that is alone is the one that is meant.
function meant(request) {
  try {
    const operations = parse(request.query).definitions.filter(({ kind }) => kind === "OperationDefinition");
    if (operations.length === 1) return { ...request, operationName: operations[0].name?.value };
  } catch {
    // the service says what is wrong with it
  }
  return request;
}

async function fetcher(request) {
  const began = performance.now();
  const answer = await ask(meant(request));
  if (request.operationName === "IntrospectionQuery") return answer; // GraphiQL's own
  const detail = { milliseconds: Math.round(performance.now() - began), characters: JSON.stringify(answer).length };
  document.dispatchEvent(new CustomEvent(ANSWERED, { detail }));
  return answer;
}

// Below the answer: what it cost.
function Cost() {
  const { activeTabIndex } = useEditorContext({ nonNull: true });
  const [text, setText] = useState("");
  useEffect(() => setText(""), [activeTabIndex]);
  useEvent(ANSWERED, ({ detail: { milliseconds, characters } }) =>
    setText(`One call: ${milliseconds} ms, ${(characters / 1_000).toFixed(1)} KB`),
  );
  useEvent("review", () => setText("Nothing was sent yet: press play to do it."));
  return h("p", { className: "cost" }, text);
}

function useEvent(name, listener) {
  useEffect(() => {
    document.addEventListener(name, listener);
    return () => document.removeEventListener(name, listener);
  }, []);
}

// The request as a command, for whoever builds on the API.
function CopyAsCurl() {
  const { queryEditor, variableEditor } = useEditorContext({ nonNull: true });
  const [copied, setCopied] = useState(false);
  if (!navigator.clipboard) return null; // there is none without HTTPS
  const copy = async () => {
    const variables = JSON.parse(variableEditor.getValue().trim() || "{}");
    const body = JSON.stringify({ query: queryEditor.getValue(), variables }).replaceAll("'", "'\\''");
    const lines = [`curl ${location.origin}/graphql/`, '-H "Authorization: Bearer $TOKEN"', "-H 'Content-Type: application/json'"];
    await navigator.clipboard.writeText(`${lines.join(" ")} -d '${body}'`);
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  const sign = h("span", { className: "curl", "aria-hidden": "true" }, copied ? "✓" : ">_");
  return h(ToolbarButton, { onClick: copy, label: copied ? "Copied" : "Copy as curl" }, sign);
}

// Where there is room for one of the two, this says which. Whoever runs something wants to see the result, and what
// waits for a decision is to be read first.
function Panes() {
  const { isFetching } = useExecutionContext({ nonNull: true });
  const [pane, setPane] = useState("query");
  useEvent("review", () => setPane("query"));
  useEffect(() => void (isFetching && setPane("result")), [isFetching]);
  useEffect(() => void (document.documentElement.dataset.pane = pane), [pane]);
  const button = (name, text) =>
    h("button", { type: "button", "aria-pressed": pane === name, onClick: () => setPane(name) }, text);
  return h("span", { className: "panes" }, button("query", "Query"), button("result", "Result"));
}

function Workbench({ storage }) {
  const [colours, setColours] = useState(theme());
  const [isNew] = useState(() => storage.getItem("graphiql:visiblePlugin") === null);
  useEvent("theme", () => setColours(theme()));
  return h(
    GraphiQL,
    {
      fetcher,
      storage,
      plugins: [stories.plugin],
      visiblePlugin: isNew && !stories.narrow.matches ? stories.plugin : undefined,
      forcedTheme: colours,
      defaultQuery: "{\n  \n}\n",
      isHeadersEditorEnabled: false, // the sign-in is the page's, and no token is typed in
      shouldPersistHeaders: false,
      showPersistHeadersSettings: false,
      defaultEditorToolsVisibility: "variables",
      inputValueDeprecation: true,
      schemaDescription: true,
    },
    h(GraphiQL.Logo, null, h(Panes)),
    h(GraphiQL.Toolbar, null, ({ prettify, merge, copy }) => [prettify, merge, copy, h(CopyAsCurl)]),
    h(GraphiQL.Footer, null, h(Cost)),
    h(stories.Tabs),
  );
}

// Shows it in the element; who signed in.
export async function mount(element) {
  const { me } = await accounts(stories.lookUps);
  setNonce(document.querySelector("link[nonce]").nonce);
  const storage = kept.storageOf(me.username);
  createRoot(element).render(h(Workbench, { storage }));
  remember(storage, me, stories.lookUps).catch(() => {}); // then there is nothing to catch up from
  return me;
}
