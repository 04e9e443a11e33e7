"""Intake: the rows of a log, in whatever form it comes, → behaviours, and what is wrong with the others.

    intake      a body at once; a file in stretches
    source      bytes → text: encoding, lines, how far it was read
    entries     text → rows of cells: CSV (`table`), JSON by line (`lines`), JSON lists (`elements`)
    columns     which column is what, by its name (`names`)
    rows        cells → a behaviour: times (`times`, `zones`), lengths of time (`durations`), names (`texts`)
    outcome     what comes of it

What does not belong here: where behaviours are kept (`log`).
"""
