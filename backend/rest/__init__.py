"""The REST door: parse the shape, make one ledger call, shape the answer."""
