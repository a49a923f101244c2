package ingest

import (
	"bytes"
	"fmt"
	"strings"

	"tallystick/internal/stat"
)

// numbers turns a source's way of writing numbers into plain digits. The zero value changes nothing.
type numbers struct {
	thousands   string
	decimal     string
	currency    string
	parentheses bool
	percent     bool
	pointZero   bool
}

func newNumbers(n *stat.Numbers) (numbers, error) {
	if n == nil {
		return numbers{}, nil
	}
	out := numbers{thousands: n.Thousands, decimal: n.Decimal, currency: n.Currency, parentheses: n.Parentheses,
		percent: n.Percent, pointZero: n.PointZero}
	switch n.Thousands {
	case "", ",", ".", "'", " ":
	case "space":
		out.thousands = " "
	default:
		return out, fmt.Errorf("thousands %q is not one of comma, point, space, apostrophe: %w", n.Thousands, stat.ErrInvalid)
	}
	if n.Decimal != "" && n.Decimal != "." && n.Decimal != "," {
		return out, fmt.Errorf("decimal %q is neither point nor comma: %w", n.Decimal, stat.ErrInvalid)
	}
	if out.thousands != "" && out.thousands == out.decimalSign() {
		return out, fmt.Errorf("thousands and decimals are both written with %q: %w", out.thousands, stat.ErrInvalid)
	}
	return out, nil
}

func (n numbers) decimalSign() string {
	if n.decimal == "" {
		return "."
	}
	return n.decimal
}

// spaces are the blanks that do not break a line, as they stand between thousands, and the minus sign of typesetters.
var spaces = strings.NewReplacer("\u00a0", " ", "\u2007", " ", "\u2009", " ", "\u202f", " ", "\u2212", "-")

// plain rewrites the cell as digits with a point. What does not fit the source's way is returned as it is, and then
// fails as a number.
func (n numbers) plain(cell []byte) []byte {
	if n == (numbers{}) || len(cell) == 0 {
		return cell
	}
	s := spaces.Replace(string(cell))
	negative := false
	trim := func() {
		s = strings.TrimSpace(s)
		if n.currency != "" {
			s = strings.TrimSpace(strings.Trim(s, n.currency))
		}
	}
	trim()
	if n.parentheses && strings.HasPrefix(s, "(") && strings.HasSuffix(s, ")") {
		negative, s = true, s[1:len(s)-1]
		trim()
	}
	if strings.HasPrefix(s, "-") {
		if negative {
			return cell
		}
		negative, s = true, s[1:]
		trim()
	}
	if n.percent {
		s = strings.TrimSpace(strings.TrimSuffix(s, "%"))
	}
	whole, fraction, point := strings.Cut(s, n.decimalSign())
	if n.thousands != "" && strings.Contains(whole, n.thousands) {
		groups := strings.Split(whole, n.thousands)
		for i, g := range groups {
			if len(g) != 3 && i > 0 || len(g) == 0 || len(g) > 3 {
				return cell
			}
		}
		whole = strings.Join(groups, "")
	}
	if point && n.pointZero && strings.Trim(fraction, "0") == "" {
		point = false
	}
	if n.decimal == "," && strings.Contains(s, ".") && n.thousands != "." {
		return cell
	}
	var out bytes.Buffer
	if negative && strings.Trim(whole, "0") != "" || negative && point {
		out.WriteByte('-')
	}
	out.WriteString(whole)
	if point {
		out.WriteByte('.')
		out.WriteString(fraction)
	}
	return out.Bytes()
}
