"""What other systems may do: each verb is a workflow, asked with POST.

A verb is a line in a table (`patient_verbs`, `lesion_verbs`, …): its scope, the permission that it
takes at the record's site, what it reads, what it answers, and the workflow that it calls. One view
serves them all (`view`), and the OpenAPI description is made from the same lines.
"""
