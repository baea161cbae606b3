from io import BytesIO

import numpy as np
from PIL import Image

from tests.browser.conftest import *
from tests.browser.test_layout import *

BREAKS = [
    ("leaderboard", ".leaderboard th { position: static !important; padding: 3rem }"),
    ("leaderboard", "tbody.floor { display: none }"),
    ("gallery", ".gallery img { width: 30px !important }"),
    ("tradeoff", ".columns { display: block !important }"),
    ("distributions", ".plot { visibility: hidden }"),
    ("significance", ".matrix { width: 100% }"),
]


def shots(page, sections):
    page.add_style_tag(content=".bar { position: static !important; }")
    plots = ", ".join(f"#{s} .plot" for s in sections)
    page.evaluate(f"document.querySelectorAll('{plots}').forEach(draw)")
    und = plots.replace(".plot", ".plot:not([data-drawn])")
    until(page, f"!document.querySelector('{und}')")
    return {
        n: Image.open(BytesIO(page.locator(f"#{n}").screenshot())).convert("L") for n in sections
    }


def ink(im, c):
    a = np.abs(np.asarray(im, float) - np.median(np.asarray(im))) / 255
    return np.asarray(Image.fromarray(a.astype(np.float32)).resize((c, c), Image.Resampling.BOX))


def test_c(open_report):
    base = shots(open_report(1400), SECTIONS)

    def rep(tag, got):
        for n, im in got.items():
            o = []
            for c in (8, 12, 16, 24):
                a, b = ink(base[n], c), ink(im, c)
                o.append(f"{np.abs(a - b).sum() / (a + b).sum():.3f}")
            print(tag, n, o, im.height / base[n].height)

    p = open_report(1400)
    p.add_style_tag(content=":root { --serif: monospace; --sans: serif; }")
    rep("FONT", shots(p, SECTIONS))
    p = open_report(1400)
    p.add_style_tag(content=":root { --serif: sans-serif; --sans: serif; }")
    rep("FONT2", shots(p, SECTIONS))
    for s, css in BREAKS:
        p = open_report(1400)
        p.add_style_tag(content=css)
        rep("BREAK " + css[:20], shots(p, [s]))
