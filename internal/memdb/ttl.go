package memdb

const maxAttributeName = 255

type (
	ttlSpecification struct {
		AttributeName string
		Enabled       *bool
	}
	updateTTLInput struct {
		TableName               string
		TimeToLiveSpecification *ttlSpecification
	}
	updateTTLOutput struct {
		TimeToLiveSpecification ttlSpecification
	}
	ttlDescription struct {
		TimeToLiveStatus string
		AttributeName    string `json:",omitzero"`
	}
	describeTTLOutput struct {
		TimeToLiveDescription ttlDescription
	}
)

// updateTimeToLive notes by which attribute items expire. None ever does.
func (db *DB) updateTimeToLive(in *updateTTLInput) (*updateTTLOutput, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	wanted := in.TimeToLiveSpecification
	if wanted == nil || wanted.Enabled == nil {
		return nil, validation("Value null at 'timeToLiveSpecification' or its 'enabled' failed to satisfy constraint: Member must not be null")
	}
	if len(wanted.AttributeName) < 1 || len(wanted.AttributeName) > maxAttributeName {
		return nil, validation("The name of the TimeToLive attribute must be between 1 and %d characters, inclusive", maxAttributeName)
	}
	return &updateTTLOutput{*wanted}, t.setTimeToLive(wanted.AttributeName, *wanted.Enabled)
}

func (t *table) setTimeToLive(attribute string, enabled bool) error {
	switch {
	case t.ttl != "" && t.ttl != attribute:
		return validation("TimeToLive is active on a different AttributeName")
	case enabled && t.ttl != "":
		return validation("TimeToLive is already enabled")
	case enabled:
		t.ttl = attribute
	case t.ttl == "":
		return validation("TimeToLive is already disabled")
	default:
		t.ttl = ""
	}
	return nil
}

func (db *DB) describeTimeToLive(in *tableInput) (*describeTTLOutput, error) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, err := db.table(in.TableName)
	if err != nil {
		return nil, err
	}
	description := ttlDescription{TimeToLiveStatus: "DISABLED"}
	if t.ttl != "" {
		description = ttlDescription{"ENABLED", t.ttl}
	}
	return &describeTTLOutput{description}, nil
}
