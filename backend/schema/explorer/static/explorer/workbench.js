// GraphiQL, with the user's sign-in, colours and memory.

import {
  createElement as h,
  createRoot,
  GraphiQL,
  parse,
  setNonce,
  useEffect,
  useExecutionContext,
  useState,
} from "./vendor/libraries.js";
import { accounts } from "./facts.js";
import { ask } from "./graphql.js";
import * as kept from "./kept.js";
import * as stories from "./stories.js";

const theme = () => document.documentElement.dataset.theme;

// GraphiQL notices a moment late which operation its editor holds: one that is alone is the one that is meant.
function fetcher(request) {
  try {
    const operations = parse(request.query).definitions.filter(({ kind }) => kind === "OperationDefinition");
    if (operations.length === 1) return ask({ ...request, operationName: operations[0].name?.value });
  } catch {
    // the service says what is wrong with it
  }
  return ask(request);
}

// Where there is room for one of the two, this says which. Whoever runs something wants to see the result, and what
// waits for a decision is to be read first.
function Panes() {
  const { isFetching } = useExecutionContext({ nonNull: true });
  const [pane, setPane] = useState("query");
  useEffect(() => {
    const review = () => setPane("query");
    document.addEventListener("review", review);
    return () => document.removeEventListener("review", review);
  }, []);
  useEffect(() => void (isFetching && setPane("result")), [isFetching]);
  useEffect(() => void (document.documentElement.dataset.pane = pane), [pane]);
  const button = (name, text) =>
    h("button", { type: "button", "aria-pressed": pane === name, onClick: () => setPane(name) }, text);
  return h("span", { className: "panes" }, button("query", "Query"), button("result", "Result"));
}

function Workbench({ storage }) {
  const [colours, setColours] = useState(theme());
  const [isNew] = useState(() => storage.getItem("graphiql:visiblePlugin") === null);
  useEffect(() => {
    const change = () => setColours(theme());
    document.addEventListener("theme", change);
    return () => document.removeEventListener("theme", change);
  }, []);
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
    h(stories.Tabs),
  );
}

// Shows it in the element; who signed in.
export async function mount(element) {
  const { me } = await accounts(stories.lookUps);
  setNonce(document.querySelector("link[nonce]").nonce);
  createRoot(element).render(h(Workbench, { storage: kept.storageOf(me.username) }));
  return me;
}
