"""Reports to take away: a workbook with every part, or the orders as CSV."""
