-- Only PostgreSQL has another way to write a large request; the trees have the same names.
SELECT 1;
