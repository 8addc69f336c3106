"""Notices (文书) as papers: their kinds, the fields of a template, filling it, drawing it as PDF.

`kinds` what there is and what each one says (`packaged.toml`), `fields` what the system fills in,
`packaged` the templates that come with the platform, `checking` the gate for uploaded ones,
`filling` template and fields to DOCX, `reading` and `pdf` DOCX to PDF. Nothing here reads or
writes the database.
"""
