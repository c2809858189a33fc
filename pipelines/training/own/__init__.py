"""A company's own intents, learnt from its labelled texts: what `frictionary train intent` does."""
