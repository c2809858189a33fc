"""Experiments: who is held out, what an intervention does beside them, and what another policy would have done."""
