package tags

import (
	"errors"
	"fmt"
	"slices"
)

var (
	errUnknownAlone    = errors.New(`a field of unknown attributes is none itself and has no action and no option, keep "unknown" alone`)
	errNotAttributeMap = errors.New("a field of unknown attributes must be a map[string]types.AttributeValue of the SDK")
)

// takeCarrier keeps a field of unknown attributes apart from those that are
// attributes. It reports false if the field is none.
func (r *resolver) takeCarrier(v found, l level) bool {
	isVariable := v.field.Name != "_" && (v.field.Exported || v.field.Embedded)
	if tag, _ := parseField(v.raw.Crypt); !tag.Unknown || !isVariable {
		return false
	}
	if l.repeated {
		r.report(v.path, v.raw.Crypt, errCancelled)
	}
	r.carriers = append(r.carriers, v)
	return true
}

// checkCarrier finds the field of unknown attributes.
func (c *checker) checkCarrier() {
	for i, v := range c.resolver.carriers {
		a := &Attribute{Name: v.name, Path: v.path, Flags: v.raw.Flags, index: v.index}
		if v.raw.Ignore {
			a.Name = ""
		}
		_, faults := parseField(v.raw.Crypt)
		faults = append(faults, fieldFaults(v, a)...)
		if !v.field.Type.IsAttributeMap() {
			faults = append(faults, errNotAttributeMap)
		}
		if err := c.sameName(a); err != nil {
			faults = append(faults, err)
		}
		if i > 0 {
			faults = append(faults, fmt.Errorf("second field of unknown attributes, field %s is one already", c.resolver.carriers[0].path))
		}
		for _, fault := range faults {
			c.report(v.path, v.raw.Crypt, fault)
		}
		c.model.carrier = a
	}
}

// sameName refuses a field of unknown attributes that would hide a field of
// its name from attributevalue, or be hidden. Unlike those of two attributes,
// the names may differ in case: the carrier's never stands in items, so
// nothing is decoded into it.
func (c *checker) sameName(carrier *Attribute) error {
	i := slices.IndexFunc(c.resolver.fields, func(v found) bool { return v.name == carrier.Name })
	if i < 0 {
		return nil
	}
	return fmt.Errorf("field %s has the same attribute name %q, so that one hides the other; rename one or tag this one `dynamodbav:\"-\"`",
		c.resolver.fields[i].path, carrier.Name)
}
