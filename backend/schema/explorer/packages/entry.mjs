// What the page takes from packages. One copy of each module: GraphiQL's hooks must meet GraphiQL's providers.
export { createElement, useEffect, useState } from "react";
export { createRoot } from "react-dom/client";
export { GraphiQL } from "graphiql";
export { parse } from "graphql";
export { ToolbarButton, useEditorContext, useExecutionContext, usePluginStore } from "@graphiql/react";
export { setNonce } from "get-nonce";
import "graphiql/graphiql.css";
