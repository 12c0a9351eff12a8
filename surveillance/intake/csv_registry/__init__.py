"""Registry files: one row per observation of a lesion on an exam (see docs/registry-file.md).

Reading goes in one direction: bytes (`encoding`) to records with line numbers (`reading`), records
to rows (`header`, `columns`, `values`, `parsing`), rows sorted by patient (`spool`), and batches of
patients to the workflow (`importing`).
"""
