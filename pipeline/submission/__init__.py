"""What a person who submits an extract meets: templates to fill in, and problems in words that tell how to mend them.

Belongs here: templates (template.py), problems (problems.py), how both are worded (words.py) and shown (report.py).
Does not belong here: any rule on a file. Rules stand in the contract and the suite of its dataset.
"""
