"""What activities, coupon templates and claim campaigns have in common: versions under approval, and a life."""
