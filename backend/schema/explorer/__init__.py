"""The explorer: what a browser that opens /graphql/ sees."""
