-- A second of Redis's clock as Ruby writes heartbeats: 2026-11-23T02:06:00+00:00. Redis's Lua has no os.date,
-- so this counts: years begin in March here, which makes the leap day the last of its year, and 400 of them
-- have always 146,097 days.
local function heartbeat_time(now_s)
  local floor = math.floor
  local days, second = floor(now_s / 86400) + 719468, now_s % 86400 -- days since 0000-03-01
  local era = floor(days / 146097)
  local day_of_era = days - era * 146097
  local leaps = floor(day_of_era / 1460) - floor(day_of_era / 36524) + floor(day_of_era / 146096)
  local year_of_era = floor((day_of_era - leaps) / 365)
  local day_of_year = day_of_era - (365 * year_of_era + floor(year_of_era / 4) - floor(year_of_era / 100))
  local months = floor((5 * day_of_year + 2) / 153) -- since March
  local day = day_of_year - floor((153 * months + 2) / 5) + 1
  local month = months < 10 and months + 3 or months - 9
  local year = era * 400 + year_of_era + (month <= 2 and 1 or 0)
  local hour, minute = floor(second / 3600), floor(second / 60) % 60
  return string.format('%04d-%02d-%02dT%02d:%02d:%02d+00:00', year, month, day, hour, minute, second % 60)
end
