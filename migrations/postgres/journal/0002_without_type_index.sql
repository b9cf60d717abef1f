-- Nobody looks for events by their type alone: readers follow positions.
DROP INDEX events_by_type;
