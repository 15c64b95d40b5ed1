package client

import "strings"

// legacy collects the parameters of an older API that a request uses. They do what
// expressions do, and are refused on protected tables, all at once. KeyConditions
// alone are not: guregu/dynamo sends them with every Query.
type legacy struct {
	op    string
	table *table
	used  []string
	by    []string // what replaces them
}

func (l *legacy) add(parameter string, used bool, by string) {
	if used {
		l.used, l.by = append(l.used, parameter), append(l.by, by)
	}
}

// mention adds a parameter that is allowed by itself, if others are refused.
func (l *legacy) mention(parameter string, used bool, by string) {
	l.add(parameter, used && len(l.used) > 0, by)
}

func (l *legacy) refuse() error {
	if len(l.used) == 0 {
		return nil
	}
	advice := make([]string, 0, len(l.by))
	for i, by := range l.by {
		if by != "" {
			advice = append(advice, by+" instead of "+l.used[i])
		}
	}
	return &RefusedError{Op: l.op, Table: l.table.name, Parameter: strings.Join(l.used, ", "),
		Reason: "legacy parameters are not supported on protected tables", Advice: "use " + strings.Join(advice, ", ")}
}
