"""Coupon codes: drafted and approved in batches, generated, taken away once, revoked, claimed."""
