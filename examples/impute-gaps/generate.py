#!/usr/bin/env python3
"""Makes examples/data/air.csv: two weeks of hourly readings of three made-up stations, with the gaps such data have.

Nothing in it was measured. A day has two rush hours, ozone goes against nitrogen dioxide, wind blows both away, the stations
share their weather. Sensors fail for an hour or for many, a station falls silent as a whole, some hours have no row.

    python3 examples/impute-gaps/generate.py >examples/data/air.csv
"""
import math
import random

HOURS, STATIONS = 14 * 24, ["harbour", "market", "hillside"]
draw = random.Random(20240304)

weather = [0.0]
for _ in range(HOURS - 1):
    weather.append(0.97 * weather[-1] + draw.gauss(0, 0.35))


def readings(place, hour):
    clock, day = hour % 24, hour // 24
    workday = day % 7 < 5
    rush = sum(math.exp(-((clock - peak) ** 2) / 8) for peak in (8, 18)) * (1.0 if workday else 0.4)
    temperature = 11 + 5 * math.sin((clock - 9) / 24 * 2 * math.pi) + 2 * weather[hour] - 1.5 * place + draw.gauss(0, 0.3)
    wind = max(0.2, 3 + 1.5 * weather[hour] + 0.8 * place + draw.gauss(0, 0.5))
    no2 = max(2, (18 + 34 * rush - 5 * place) * (3 / (wind + 2)) + draw.gauss(0, 1.5))
    ozone = max(1, 62 + 2.2 * temperature - 0.9 * no2 + draw.gauss(0, 3))
    pm = max(1, 6 + 0.28 * no2 + 4 * max(0, -weather[hour]) + draw.gauss(0, 1))
    return [f"{no2:.1f}", f"{ozone:.0f}", f"{pm:.2f}", f"{temperature:.1f}", f"{wind:.1f}"]


def gaps(rate, lengths):
    silent, hour = set(), 0
    while hour < HOURS:
        if draw.random() < rate:
            length = draw.choice(lengths)
            silent.update(range(hour, hour + length))
            hour += length
        hour += 1
    return silent


print("station,time,no2,ozone,pm25,temperature,wind")
lost = {s: gaps(0.012, [1, 1, 2, 4, 9]) for s in STATIONS}
failed = {(s, c): gaps(0.02, [1, 1, 2, 3, 6, 14] if c < 3 else [1, 2]) for s in STATIONS for c in range(5)}
failed[("market", 2)] |= set(range(170, 218))
absent = {s: gaps(0.006, [1, 2, 3]) for s in STATIONS}
for hour in range(HOURS):
    for place, station in enumerate(STATIONS):
        row = readings(place, hour)
        if hour in absent[station]:
            continue
        row = ["" if hour in lost[station] or hour in failed[(station, c)] else cell for c, cell in enumerate(row)]
        stamp = f"2024-03-{4 + hour // 24:02d} {hour % 24:02d}:00"
        print(",".join([station, stamp] + row))
