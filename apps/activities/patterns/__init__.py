"""常用活动: activities worth doing again, kept without their time, for everybody of the shop to begin with."""
