package stat

import "encoding/json"

// Definitions set unlike things against each other only under the key unlike, which is true, and with the reason under
// why. Releases that were sealed before there was the key why hold the reason under unlike itself, and that of a pairing
// under reason; both are read as they were meant.

// UnmarshalJSON reads a panel as this or an older program sealed it.
func (p *Panel) UnmarshalJSON(data []byte) error {
	type plain Panel
	sealed := struct {
		*plain
		Unlike json.RawMessage `json:"unlike"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(data, &sealed); err != nil {
		return err
	}
	return unlike(sealed.Unlike, &p.Unlike, &p.Why)
}

// UnmarshalJSON reads the text of a panel as this or an older program sealed it.
func (p *PanelText) UnmarshalJSON(data []byte) error {
	type plain PanelText
	sealed := struct {
		*plain
		Unlike json.RawMessage `json:"unlike"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(data, &sealed); err != nil {
		return err
	}
	var was bool
	return unlike(sealed.Unlike, &was, &p.Why)
}

// UnmarshalJSON reads an assertion as this or an older program sealed it.
func (a *Assertion) UnmarshalJSON(data []byte) error {
	type plain Assertion
	sealed := struct {
		*plain
		Unlike json.RawMessage `json:"unlike"`
	}{plain: (*plain)(a)}
	if err := json.Unmarshal(data, &sealed); err != nil {
		return err
	}
	return unlike(sealed.Unlike, &a.Unlike, &a.Why)
}

// UnmarshalJSON reads a pairing as this or an older program sealed it.
func (p *Pairing) UnmarshalJSON(data []byte) error {
	type plain Pairing
	sealed := struct {
		*plain
		Reason string `json:"reason"`
	}{plain: (*plain)(p)}
	if err := json.Unmarshal(data, &sealed); err != nil {
		return err
	}
	if p.Why == "" {
		p.Why = sealed.Reason
	}
	return nil
}

// unlike reads the key, which holds true or, in older releases, the reason.
func unlike(raw json.RawMessage, is *bool, why *string) error {
	if len(raw) == 0 {
		return nil
	}
	if raw[0] != '"' {
		return json.Unmarshal(raw, is)
	}
	*is = true
	return json.Unmarshal(raw, why)
}
