package modellock

import (
	"maps"
	"slices"
	"strings"
)

// RefusedError is about changes that were not accepted.
type RefusedError struct {
	Changes []Change // those that were refused
}

// Error returns the messages of all changes, in several lines.
func (e *RefusedError) Error() string {
	var messages []string
	for _, c := range e.Changes {
		messages = append(messages, c.Message())
	}
	return "the model changed in a way that stored items do not follow\n" + strings.Join(messages, "\n")
}

// Update takes in the state of the named type. Changes that are refused need a
// reason, of one line and 200 characters at most, and are a [*RefusedError]
// without one, which is ""; the state before goes to the history then. All changes
// are returned, also beside that error. After an error f is as it was.
//
// A type that comes back after it was removed is compared with what it was.
func (f *File) Update(name string, state State, reason string) ([]Change, error) {
	t, known := f.Types[name]
	if !known {
		t = f.Removed[name].Type
		_, known = f.Removed[name]
	}
	changes := []Change{{Type: name, Kind: TypeAdded, Text: "the type is added"}}
	if known {
		changes = Compare(name, t.State, state)
	}
	refused, err := judge(changes, reason)
	if err != nil {
		return changes, err
	}
	if refused {
		earlier := Earlier{Reason: reason, State: t.State}
		for _, c := range changes {
			earlier.Changes = append(earlier.Changes, c.Text)
		}
		t.History = slices.Insert(slices.Clone(t.History), 0, earlier)
	}
	t.State = state.clone()
	if f.Types == nil {
		f.Types = map[string]Type{}
	}
	f.Types[name] = t
	delete(f.Removed, name)
	return changes, nil
}

// Prune moves the types that do not exist any more to those removed. They are
// refused and accepted as changes of [File.Update] are.
func (f *File) Prune(exists func(name string) bool, reason string) ([]Change, error) {
	var changes []Change
	for _, name := range slices.Sorted(maps.Keys(f.Types)) {
		if !exists(name) {
			changes = append(changes, Change{Type: name, Kind: TypeRemoved, Refused: true, Text: "the type is gone, but items of it may be stored",
				Old: f.Types[name].signedName(), Consequence: typeConsequence, Ways: waysToRemovedType()})
		}
	}
	if _, err := judge(changes, reason); err != nil {
		return changes, err
	}
	for _, c := range changes {
		if f.Removed == nil {
			f.Removed = map[string]Removed{}
		}
		f.Removed[c.Type] = Removed{Reason: reason, Type: f.Types[c.Type]}
		delete(f.Types, c.Type)
	}
	return changes, nil
}

// judge reports whether there are changes that need a reason, and have one.
func judge(changes []Change, reason string) (accepted bool, err error) {
	if reason != "" {
		if err := checkReason(reason); err != nil {
			return false, err
		}
	}
	refused := slices.DeleteFunc(slices.Clone(changes), func(c Change) bool { return !c.Refused })
	if len(refused) > 0 && reason == "" {
		return false, &RefusedError{refused}
	}
	return len(refused) > 0, nil
}
