// The menu of ready queries, as a panel of GraphiQL, and the tabs they open in.

import {
  createElement as h,
  useEditorContext,
  useEffect,
  useExecutionContext,
  usePluginStore,
  useState,
} from "./vendor/libraries.js";
import { fill } from "./facts.js";

const EMPTY = /^[\s{}]*$/;
const { stories, lookUps } = JSON.parse(document.getElementById("stories").textContent);

export { lookUps };
export const narrow = matchMedia("(max-width: 760px)");

let place = () => {}; // puts a story into a tab; Tabs below, which is always there, says how

// Opens a story filled in with the user's data. Gives the facts that the user has nothing for yet.
async function open(story) {
  const { variables, missing } = await fill(story, lookUps);
  place(story, variables, { run: story.kind === "query" && !missing.length });
  return missing;
}

const Icon = () =>
  h(
    "svg",
    { viewBox: "0 0 20 20", fill: "none", stroke: "currentColor", strokeWidth: 1.4, strokeLinejoin: "round" },
    h("path", { d: "M10 4.600C7.700 2.900 4.800 2.700 1.700 3.600v12.300c3.100-.9 6-.7 8.300 1 2.300-1.700 5.200-1.900 8.300-1V3.600c-3.100-.9-6-.7-8.300 1z" }),
    h("path", { d: "M10 4.600v12.300M4.300 7.400c1.200-.1 2.300.1 3.300.5M4.300 10.600c1.200-.1 2.300.1 3.300.5M15.700 7.400c-1.200-.1-2.300.1-3.300.5M15.700 10.600c-1.200-.1-2.300.1-3.300.5" }),
  );

function Menu() {
  const { tabs, activeTabIndex } = useEditorContext({ nonNull: true });
  const { setVisiblePlugin } = usePluginStore();
  const [busy, setBusy] = useState(null);
  const [note, setNote] = useState("");

  const choose = async (story) => {
    setBusy(story.name);
    setNote("");
    try {
      const missing = await open(story);
      if (missing.length) setNote(`There is nothing of yours yet to fill in for: ${missing.join(", ")}.`);
      else if (narrow.matches) setVisiblePlugin(null);
    } catch (problem) {
      setNote(problem.message);
    } finally {
      setBusy(null);
    }
  };

  const item = (story) =>
    h(
      "li",
      { key: story.name },
      h(
        "button",
        {
          type: "button",
          onClick: () => choose(story),
          disabled: busy !== null,
          "aria-current": tabs[activeTabIndex]?.operationName === story.operation,
          "data-story": story.name,
        },
        h("b", null, story.title),
        story.kind === "mutation" && h("em", null, "changes data"),
        h("span", null, story.description),
      ),
    );

  return h(
    "section",
    { className: "stories", "aria-label": "Ready queries" },
    h("h2", null, "Ready queries"),
    h("p", null, "Each opens in a tab, filled in with your own data. Queries run at once; what changes data waits for you."),
    h("p", { className: "problem", role: "status", hidden: !note }, note),
    h("ul", null, stories.map(item)),
  );
}

// True for who has nothing but the first story, or not even that: also a second tab that finds it kept by the first.
const isBeginning = (queries) => queries.every((each) => EMPTY.test(each) || each.trim() === stories[0].query.trim());

// Shows nothing: keeps `place` at hand, and opens the first story, answered, for who is at the beginning.
export function Tabs() {
  const editors = useEditorContext({ nonNull: true });
  const { queryEditor, variableEditor, responseEditor } = editors;
  const execution = useExecutionContext({ nonNull: true });
  const [placed, setPlaced] = useState(null);
  const ready = Boolean(queryEditor && variableEditor && responseEditor);

  place = (story, variables, { run }) => {
    const own = editors.tabs.findIndex((tab) => tab.query?.trim() === story.query.trim());
    if (own >= 0 && own !== editors.activeTabIndex) editors.changeTab(own);
    else if (own < 0 && !EMPTY.test(queryEditor.getValue())) editors.addTab();
    const text = Object.keys(variables).length ? JSON.stringify(variables, null, 2) : "";
    setPlaced({ query: story.query, variables: text, run });
  };

  useEffect(() => {
    if (!placed) return;
    queryEditor.setValue(placed.query);
    variableEditor.setValue(placed.variables);
    responseEditor.setValue("");
    if (placed.run) execution.run();
    else document.dispatchEvent(new Event("review"));
  }, [placed]);

  useEffect(() => {
    const tab = document.getElementById(`graphiql-session-tab-${editors.activeTabIndex}`);
    tab?.parentElement.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [editors.activeTabIndex, editors.tabs.length]);

  useEffect(() => {
    const queries = () => [queryEditor.getValue(), ...editors.tabs.map((tab) => tab.query ?? "")];
    if (!ready || !isBeginning(queries())) return;
    if (EMPTY.test(queryEditor.getValue()) || EMPTY.test(variableEditor.getValue())) open(stories[0]).catch(() => {});
    else execution.run(); // with the variables that are there, which somebody may have changed
  }, [ready]);

  return null;
}

export const plugin = { title: "Ready queries", icon: Icon, content: Menu };
