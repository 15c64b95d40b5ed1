package mapper

import "context"

// BeforeSaver is implemented by a struct, or a pointer to it, that wants to change or
// check itself before it is written: to set times, to fill in what is derived, to
// refuse what is not valid. Save, SaveMany, Modify and the operations of [Transact]
// call it, before the value is encoded; Modify after its function, for each attempt.
// The value keeps the changes if the write then fails. An error ends the operation,
// and nothing is written; [errors.Is] and [errors.As] find it.
type BeforeSaver interface {
	BeforeSave(ctx context.Context) error
}

// AfterLoader is implemented by a pointer to a struct that wants to complete or check
// itself after it was loaded, by whatever method, old items included. The item was
// verified before. An error makes the item one that could not be loaded.
type AfterLoader interface {
	AfterLoad(ctx context.Context) error
}

func beforeSave(ctx context.Context, value any) error {
	if hook, ok := value.(BeforeSaver); ok {
		return hook.BeforeSave(ctx)
	}
	return nil
}

func afterLoad(ctx context.Context, value any) error {
	if hook, ok := value.(AfterLoader); ok {
		return hook.AfterLoad(ctx)
	}
	return nil
}
