"""What a reader sees: words, figures, tables, pages. Results come in, HTML in the reader's language goes out.

`page` knows the views of all results. Nothing is loaded here: who puts finished pages together needs no statistics.
"""
