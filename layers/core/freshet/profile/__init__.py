"""The learner: who they are, what they know of each concept, and what is due to be practised when."""
