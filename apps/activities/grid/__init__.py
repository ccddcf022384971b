"""活动商品表: the prices, stock and limit of an activity's single SKUs as one table to type, paste and take away.

`table` is what a document says of single SKUs, `reading` what people type, `judging` what is wrong or risky with it,
`fills` the arithmetic of many prices at once, `sheets` the files; `services` writes through the drafts' own services.
"""
