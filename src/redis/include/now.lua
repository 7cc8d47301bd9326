-- The time of Redis, in milliseconds and whole seconds. `given` is '' or a test clock's milliseconds.
local function now(given)
  if given ~= '' then
    return tonumber(given), math.floor(tonumber(given) / 1000)
  end
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000), tonumber(time[1])
end

-- Lua prints large numbers as 1.79e+12; this prints all digits.
local function digits(number)
  return string.format('%.0f', number)
end
