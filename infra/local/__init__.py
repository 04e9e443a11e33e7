"""The local cloud: plays AWS around `template.yaml` on one machine, without Docker and without an account.

What belongs here: servers at the other end of real protocols, and what starts them. What does not: any
capability of the product, and any second list of functions, routes or settings.
"""
