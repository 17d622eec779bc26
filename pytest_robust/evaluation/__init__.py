"""The engine: batches, active sets, attack health. Numbers come out, judgements do not."""
