"""Jobs: work of the `extract` function, message by message: all users' extraction, and large uploads.

Any message may come twice, late or at two workers at once, and any worker may be killed. What is done stands
in the table, each step by one conditional write; how far a job is, is counted from there.
"""
