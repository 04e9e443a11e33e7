"""Where things of a user are: a user's id may be any text, and so can't be part of a key or a path."""

from hashlib import blake2b

HEAD = "user#"  # before a user's id: the head of their log, in the owner's partition


def user_key(user_id: str) -> str:
    """What stands for a user in keys and paths: 32 hexadecimal digits."""
    return blake2b(user_id.encode(), digest_size=16).hexdigest()


def user_place(owner: str, user_id: str) -> str:
    """The partition of what was found in a user's log; it goes when the log goes."""
    return f"{owner}/users/{user_key(user_id)}"


def head_id(user_id: str) -> str:
    """The head of a user's log, in the owner's partition: in the order of the users' ids."""
    return f"{HEAD}{user_id}"
