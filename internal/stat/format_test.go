package stat

import "testing"

func TestFormatNumber(t *testing.T) {
	for _, c := range []struct {
		v        float64
		decimals int
		want     string
	}{
		{0, 0, "0"}, {7, 0, "7"}, {999, 0, "999"}, {1000, 0, "1,000"}, {3557, 0, "3,557"}, {1234567, 0, "1,234,567"},
		{2.58, 1, "2.6"}, {5.4150943396, 1, "5.4"}, {-0.0001, 1, "0.0"}, {-1234.5, 1, "−1,234.5"}, {0.25, 1, "0.3"},
	} {
		if got := FormatNumber(c.v, c.decimals); got != c.want {
			t.Errorf("FormatNumber(%v, %d) = %q, want %q", c.v, c.decimals, got, c.want)
		}
	}
}
