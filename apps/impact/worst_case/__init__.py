"""The lowest price that any customer could reach, per SKU, with the stack of offers that gets there. Pure.

Which carts are searched, at every instant of the window at which an offer begins or ends and for every customer that
offers tell apart (channel, terminal, region, level, new; in all audiences; one coupon of every template at once):

- *one SKU*: 1 to `quantities` units, and the quantities at which a threshold is first met;
- *two SKUs*: 1 to `beside` units of it beside 1 to `beside` units of another (and as many as meet a threshold), the
  other out of those that an offer after the item layer covers too: all of them where they are no more than `fillers`,
  else the dearest, the cheapest and those that `min_price` protects;
- *sets*: all components of a bundle, once.

The price of a unit is the net of its segment by the units in it, the cheapest segment counting. SKUs that no offer
tells apart and that cost the same are one *class* and searched once. Stock, limits and budgets count as unused.
"""

from apps.impact.worst_case.bounds import Bounds
from apps.impact.worst_case.classes import PriceClass, price_classes
from apps.impact.worst_case.finding import Extent, Finder, Worst, worst_prices
from apps.impact.worst_case.market import Market

__all__ = ["Bounds", "Extent", "Finder", "Market", "PriceClass", "Worst", "price_classes", "worst_prices"]
