"""A fictional book of customers that tells stories; deterministic from a seed, generated one company at a time."""

from xinheng.demo.book import Book, Company, Document, book

__all__ = ["Book", "Company", "Document", "book"]
