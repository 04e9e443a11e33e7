"""The web console's server side: built files with their headers, and what they are told of the deployment.

What belongs here: how files are sent. What does not: the files (`functions/console/web`), and anything that
the console asks of the API.
"""
