-- In place of settle-limits.lua, for a process whose jobs have no limits.
local limits, opens_ms = nil, 0
local leave_places, hand_places_on, room_in_queue, has_places, take_place, tell_of_room
