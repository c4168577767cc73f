#!/usr/bin/python3
"""Draws the scenes that the README's pictures are of: scenes.py FOLDER QUERIES

Writes ten JPEGs of each kind (FOLDER/balloon-01.jpg to FOLDER/tree-10.jpg), one of each kind that is not among them
(QUERIES/balloon.jpg and so on), and FOLDER/cut.jpg, the first half of a JPEG. They are drawn, no photographs, so that
anyone may publish them. The same seeds give the same scenes. Needs the Debian packages python3-numpy and python3-pil.
"""
import io
import math
import random
import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 400
S = 2 * SIDE  # drawn at twice the size, for smooth edges


def gradient(*stops):
    """Top to bottom through the given colours."""
    at = np.linspace(0, 1, len(stops))
    rows = np.stack([np.interp(np.linspace(0, 1, S), at, [c[i] for c in stops]) for i in range(3)], axis=1)
    return Image.fromarray(np.repeat(rows[:, None, :], S, axis=1).astype("u1"))


def mix(a, b, t):
    return tuple(round(x + (y - x) * t) for x, y in zip(a, b))


def glow(image, x, y, radius, colour, strength=1.0):
    """Light around a point, added to what is there."""
    yy, xx = np.mgrid[0:S, 0:S]
    light = strength * np.exp(-((xx - x) ** 2 + (yy - y) ** 2) / (2 * radius**2))
    pixels = np.asarray(image, "f4")
    lit = pixels + (255 - pixels) * light[..., None] * np.array(colour) / 255
    return Image.fromarray(lit.clip(0, 255).astype("u1"))


def ridge(rng, base, height, roughness):
    """The y of a range of hills at each x, by midpoint displacement."""
    points = np.array([rng.uniform(-1, 1), rng.uniform(-1, 1)])
    amplitude = 1.0
    while len(points) < S:
        middle = (points[:-1] + points[1:]) / 2 + amplitude * np.array([rng.uniform(-1, 1) for _ in points[1:]])
        points = np.insert(points, range(1, len(points)), middle)
        amplitude *= roughness
    points = np.interp(np.linspace(0, 1, S), np.linspace(0, 1, len(points)), points)
    return base - height * (points - points.min()) / np.ptp(points)


def fill_below(draw, tops, colour):
    draw.polygon([(0, S), *((x, tops[x]) for x in range(S)), (S, S)], fill=colour)


def clouds(rng, image, count, top, bottom, colour=(255, 255, 255), opacity=150):
    layer = Image.new("L", (S, S))
    draw = ImageDraw.Draw(layer)
    for _ in range(count):
        x, y, w = rng.uniform(0, S), rng.uniform(top, bottom), rng.uniform(60, 150)
        for _ in range(12):
            cx, cy, r = x + rng.gauss(0, w / 2), y + rng.gauss(0, w / 9), rng.uniform(w / 8, w / 3)
            draw.ellipse([cx - r, cy - r * 0.6, cx + r, cy + r * 0.6], fill=opacity)
    image.paste(colour, (0, 0), layer.filter(ImageFilter.GaussianBlur(14)))


def sunset(rng):
    low = mix((255, 150, 60), (255, 190, 120), rng.random())
    horizon = round(S * rng.uniform(0.5, 0.66))
    x, y = S * rng.uniform(0.25, 0.75), horizon - S * rng.uniform(0.02, 0.14)
    high = mix((40, 40, 105), (110, 50, 110), rng.random())
    image = gradient(high, mix(high, (240, 95, 80), 0.7), low, low)
    clouds(rng, image, 7, S * 0.08, horizon - 90, mix(high, (255, 140, 110), 0.6), 130)
    image = glow(image, x, y, 150, (255, 190, 110), 0.7)
    draw = ImageDraw.Draw(image)
    draw.ellipse([x - 46, y - 46, x + 46, y + 46], fill=(255, 240, 200))
    sea = gradient(mix(low, (90, 50, 80), 0.45), mix(high, (10, 15, 45), 0.6)).resize((S, S - horizon))
    image.paste(sea, (0, horizon))
    draw = ImageDraw.Draw(image)
    for _ in range(900):
        depth = rng.random() ** 1.6
        wave_x, wave_y = rng.gauss(x, 60 + 190 * depth), horizon + depth * (S - horizon)
        width, height = 6 + 46 * depth, 1 + 2.5 * depth
        aside = abs(wave_x - x) / (43 + 186 * depth)
        colour = mix((255, 225, 160), mix(low, high, 0.6), min(1, aside))
        draw.ellipse([wave_x - width, wave_y - height, wave_x + width, wave_y + height], fill=colour)
    return image


def mountains(rng):
    hue = rng.random()
    sky, haze = mix((70, 130, 200), (110, 150, 190), hue), mix((215, 228, 240), (245, 225, 205), hue)
    image = gradient(sky, haze, haze)
    clouds(rng, image, 4, S * 0.05, S * 0.3)
    peak = ridge(rng, S * 0.66, S * rng.uniform(0.42, 0.5), 0.52)
    draw = ImageDraw.Draw(image)
    fill_below(draw, peak, mix((92, 104, 128), haze, 0.2))
    snow = Image.new("L", (S, S))
    snow_draw = ImageDraw.Draw(snow)
    line = peak.min() + S * rng.uniform(0.14, 0.22)
    slope = np.gradient(np.convolve(peak, np.ones(9) / 9, "same"))
    for x in range(S):  # snow lies deeper on the slopes that face the light
        share, opacity = (1.0, 235) if slope[x] < 0 else (0.55, 190)
        depth = max(0.0, (line - peak[x]) * share) + 8 * math.sin(x / 9) + 6 * math.sin(x / 3.7)
        snow_draw.line([(x, peak[x]), (x, peak[x] + max(0.0, depth))], fill=opacity)
    image.paste((248, 250, 255), (0, 0), snow.filter(ImageFilter.GaussianBlur(1.5)))
    draw = ImageDraw.Draw(image)
    for i, base in enumerate((0.74, 0.86)):
        fill_below(draw, ridge(rng, S * base, S * 0.16, 0.5), mix((40, 72, 62), haze, 0.4 - 0.28 * i))
    firs = ridge(rng, S * 0.97, S * 0.1, 0.45)
    for x in range(0, S, 11):
        height, y = rng.uniform(36, 74), firs[x] + 12
        fir = [(x, y - height), (x - 13, y), (x + 13, y)]
        draw.polygon(fir, fill=mix((18, 44, 36), (30, 60, 46), rng.random()))
    fill_below(draw, firs, (20, 46, 37))
    return image


def half_width(t):
    """Of a balloon of radius 1, from its top, 0, to its mouth, 1."""
    if t < 0.45:
        return math.sqrt(max(0, 1 - (1 - t / 0.45) ** 2))
    return 0.18 + 0.82 * math.cos((t - 0.45) / 0.55 * math.pi / 2) ** 0.9


def balloon_at(draw, rng, x, y, r):
    silks = [(214, 60, 50), (245, 190, 50), (50, 120, 190), (60, 150, 100), (240, 240, 235), (140, 70, 150)]
    striped = rng.sample(silks, 2)
    gores, steps = 9, [i / 40 for i in range(41)]
    for i in range(gores):
        left, right = (math.sin(math.pi * (k / gores - 0.5)) for k in (i, i + 1))
        side = [(x + left * r * half_width(t), y - r + 2.3 * r * t) for t in steps]
        back = [(x + right * r * half_width(t), y - r + 2.3 * r * t) for t in reversed(steps)]
        shade = 0.6 * abs((i + 0.5) / gores - 0.38)
        draw.polygon(side + back, fill=mix(striped[i % 2], (20, 20, 40), shade))
    mouth, basket = y + 1.3 * r, y + 1.62 * r
    for k in (-1, 1):
        ropes = [(x + k * 0.17 * r, mouth), (x + k * 0.12 * r, basket)]
        draw.line(ropes, fill=(70, 60, 50), width=max(2, round(r / 40)))
    draw.rounded_rectangle([x - 0.15 * r, basket, x + 0.15 * r, basket + 0.24 * r], r * 0.04, fill=(120, 80, 45))


def balloon(rng):
    blue = mix((60, 130, 205), (120, 175, 225), rng.random())
    image = gradient(blue, mix(blue, (235, 240, 245), 0.75), (240, 232, 220))
    clouds(rng, image, 5, S * 0.1, S * 0.8)
    draw = ImageDraw.Draw(image)
    fill_below(draw, ridge(rng, S * 0.97, S * 0.1, 0.4), (120, 150, 120))
    fill_below(draw, ridge(rng, S * 1.0, S * 0.07, 0.4), (74, 116, 76))
    for _ in range(rng.randint(0, 2)):
        x = rng.choice([rng.uniform(0.08, 0.2), rng.uniform(0.8, 0.92)])
        balloon_at(draw, rng, S * x, S * rng.uniform(0.25, 0.65), S * rng.uniform(0.04, 0.06))
    x, y, r = rng.uniform(0.36, 0.64), rng.uniform(0.32, 0.42), rng.uniform(0.19, 0.26)
    balloon_at(draw, rng, S * x, S * y, S * r)
    return image


def daisy(rng):
    image = gradient(*(mix((60, 110, 40), (30, 70, 34), rng.random()) for _ in range(3)))
    draw = ImageDraw.Draw(image)
    for _ in range(140):  # what is out of focus behind
        x, y, r = rng.uniform(0, S), rng.uniform(0, S), rng.uniform(14, 56)
        draw.ellipse([x - r, y - r, x + r, y + r], fill=mix((96, 150, 60), (24, 62, 30), rng.random()))
    image = image.filter(ImageFilter.GaussianBlur(22))
    petal = rng.choice([(250, 250, 246), (252, 246, 236), (255, 214, 70), (246, 190, 214), (236, 236, 255)])
    draw = ImageDraw.Draw(image)
    x, y, r = S * rng.uniform(0.42, 0.58), S * rng.uniform(0.38, 0.5), S * rng.uniform(0.28, 0.36)
    draw.line([(x, y), (x + rng.uniform(-60, 60), S)], fill=(70, 122, 48), width=16)
    count, turn, squash = rng.randint(15, 22), rng.random(), rng.uniform(0.8, 1.0)
    for ring, scale in ((0, 1.0), (1, 0.9)):
        for i in range(count):
            angle = 2 * math.pi * (i + turn + ring / 2) / count + rng.uniform(-0.04, 0.04)
            length, width = r * scale * rng.uniform(0.92, 1.04), 2.5 * r / count
            shape = []
            for t in range(33):
                u = t / 16 - 1 if t <= 16 else 1 - (t - 16) / 16
                along = length * (u + 1) / 2
                across = (1 if t <= 16 else -1) * width * math.sqrt(max(0, 1 - abs(u) ** 3))
                px = along * math.cos(angle) - across * math.sin(angle)
                py = along * math.sin(angle) + across * math.cos(angle)
                shape.append((x + px, y + py * squash))
            shade = rng.uniform(0, 0.1) + (0.16 if ring == 0 else 0)
            fill, edge = (mix(petal, (90, 90, 110), s) for s in (shade, shade + 0.14))
            draw.polygon(shape, fill=fill, outline=edge)
    core = r * 0.27
    for _ in range(700):
        distance, angle = core * math.sqrt(rng.random()), rng.uniform(0, 2 * math.pi)
        px, py = x + distance * math.cos(angle), y + squash * distance * math.sin(angle)
        dark = 0.55 * distance / core * (0.6 + 0.4 * math.sin(angle)) + rng.uniform(-0.1, 0.15)
        draw.ellipse([px - 7, py - 7, px + 7, py + 7], fill=mix((250, 200, 40), (130, 70, 10), max(0, dark)))
    return image


def city(rng):
    middle, low = mix((40, 40, 90), (80, 50, 90), rng.random()), mix((120, 80, 110), (190, 120, 100), rng.random())
    image = gradient((10, 14, 40), middle, low)
    draw = ImageDraw.Draw(image)
    for _ in range(60):
        x, y = rng.uniform(0, S), rng.uniform(0, S * 0.4)
        draw.ellipse([x, y, x + 2, y + 2], fill=(200, 205, 230))
    if rng.random() < 0.6:
        x, y = rng.uniform(0.15, 0.85) * S, rng.uniform(0.08, 0.18) * S
        draw.ellipse([x - 26, y - 26, x + 26, y + 26], fill=(244, 240, 220))
    for colour, lowest, tallest, lit in (((44, 44, 80), 0.35, 0.6, 0.16), ((18, 20, 40), 0.15, 0.62, 0.42)):
        x = -rng.uniform(0, 40)
        while x < S:
            width = rng.uniform(56, 108)
            top = S * (0.88 - rng.uniform(lowest, tallest))
            draw.rectangle([x, top, x + width, S], fill=mix(colour, (60, 60, 90), rng.uniform(0, 0.2)))
            if rng.random() < 0.25:
                draw.line([(x + width / 2, top), (x + width / 2, top - 60)], fill=colour, width=5)
            for wy in np.arange(top + 12, S * 0.88, 19):
                for wx in np.arange(x + 9, x + width - 11, 15):
                    if rng.random() < lit:
                        warm = mix((255, 214, 130), (255, 244, 214), rng.random())
                        draw.rectangle([wx, wy, wx + 7, wy + 10], fill=mix(colour, warm, rng.uniform(0.55, 1)))
            x += width + rng.uniform(0, 14)
    shore = round(S * 0.88)
    water = image.crop((0, shore - 3 * (S - shore), S, shore)).transpose(Image.FLIP_TOP_BOTTOM).resize((S, S - shore))
    water = Image.blend(water.filter(ImageFilter.GaussianBlur(5)), Image.new("RGB", water.size, (12, 18, 44)), 0.45)
    image.paste(water, (0, shore))
    return image


def tree(rng):
    leaf = rng.choice([(92, 142, 52), (70, 120, 50), (206, 120, 40), (190, 76, 40), (220, 168, 60), (110, 150, 60)])
    sky = mix((110, 170, 225), (170, 200, 225), rng.random())
    image = gradient(sky, mix(sky, (250, 245, 235), 0.8), (245, 240, 225))
    clouds(rng, image, 4, S * 0.06, S * 0.5)
    draw = ImageDraw.Draw(image)
    fill_below(draw, ridge(rng, S * 0.8, S * 0.07, 0.4), (130, 160, 130))
    hill = S * 0.84 - S * rng.uniform(0.04, 0.09) * np.cos((np.arange(S) / S - rng.uniform(0.35, 0.65)) * 3)
    fill_below(draw, hill, mix((110, 150, 64), (160, 160, 80), rng.random()))
    for _ in range(1500):
        gx = rng.randrange(S)
        gy = hill[gx] + rng.random() * (S - hill[gx])
        blade = [(gx, gy), (gx + rng.uniform(-4, 4), gy - rng.uniform(6, 16))]
        draw.line(blade, fill=mix((90, 130, 52), (176, 182, 96), rng.random()), width=2)
    x = round(S * rng.uniform(0.36, 0.64))
    ground, crown, r = hill[x] + 18, S * rng.uniform(0.36, 0.42), S * rng.uniform(0.23, 0.28)
    draw.polygon([(x - 26, ground), (x - 13, crown), (x + 13, crown), (x + 26, ground)], fill=(84, 62, 44))
    for k in (-1, 1):
        draw.line([(x, crown + 110), (x + k * r * 0.6, crown)], fill=(84, 62, 44), width=13)
    leaves = []
    for _ in range(2600):
        angle, distance = rng.uniform(0, 2 * math.pi), math.sqrt(rng.random())
        wobble = 1 + 0.13 * math.sin(3 * angle + x) + 0.09 * math.sin(7 * angle)
        leaves.append((r * 1.15 * distance * wobble * math.cos(angle), r * 0.86 * distance * wobble * math.sin(angle)))
    for px, py in sorted(leaves, key=lambda p: -p[1] + rng.gauss(0, r * 0.5)):
        light = 0.5 - 0.4 * (py / r) - 0.25 * (px / r) + rng.gauss(0, 0.16)
        colour = mix(mix(leaf, (20, 36, 20), 0.6), mix(leaf, (255, 250, 190), 0.35), min(1, max(0, light)))
        s = rng.uniform(7, 14)
        draw.ellipse([x + px - s, crown + py - s * 0.7, x + px + s, crown + py + s * 0.7], fill=colour)
    return image


def jpeg(kind, name):
    image = kind(random.Random(name)).resize((SIDE, SIDE), Image.LANCZOS)
    grain = np.random.default_rng(0).normal(0, 2.5, (SIDE, SIDE, 1))
    out = io.BytesIO()
    Image.fromarray((np.asarray(image, "f4") + grain).clip(0, 255).astype("u1")).save(out, "JPEG", quality=90)
    return out.getvalue()


def main():
    folder, queries = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True)
    queries.mkdir(parents=True, exist_ok=True)
    for kind in (balloon, city, daisy, mountains, sunset, tree):
        for i in range(1, 11):
            name = f"{kind.__name__}-{i:02}.jpg"
            (folder / name).write_bytes(jpeg(kind, name))
        (queries / f"{kind.__name__}.jpg").write_bytes(jpeg(kind, f"{kind.__name__}.jpg"))
    whole = (folder / "sunset-01.jpg").read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) // 2])


if __name__ == "__main__":
    main()
