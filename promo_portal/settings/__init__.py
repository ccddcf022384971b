"""Settings, one file per concern; what differs between machines comes from the environment (`.env.example`)."""

from promo_portal.settings.env import *
from promo_portal.settings.applications import *
from promo_portal.settings.data import *
from promo_portal.settings.security import *
from promo_portal.settings.language import *
from promo_portal.settings.tasks import *
from promo_portal.settings.orders import *
from promo_portal.settings.watch import *
from promo_portal.settings.impact import *
from promo_portal.settings.reporting import *
from promo_portal.settings.coupons import *
from promo_portal.settings.codes import *
from promo_portal.settings.mail import *
from promo_portal.settings.interfaces import *
from promo_portal.settings.observability import *
