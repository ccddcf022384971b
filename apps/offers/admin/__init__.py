"""What the admin pages of activities, coupon templates and claim campaigns share. Registers nothing itself."""
