"""`make audit`: what this project takes from others, and what it might give away.

What belongs here: reading locks, licences, the files that install things, and tracked files for secrets.
What does not: known vulnerabilities. `pip-audit` and `npm audit` ask databases on the network;
docs/supply-chain.md says so.
"""
