package memkms

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

// enabled refuses a key that cannot be used now.
func (k *key) enabled() error {
	switch k.state {
	case types.KeyStateEnabled:
		return nil
	case types.KeyStateDisabled:
		return failure(codeDisabled, "%s is disabled.", k.arn)
	}
	return k.invalidState()
}

func (k *key) notPendingDeletion() error {
	switch k.state {
	case types.KeyStatePendingDeletion, types.KeyStatePendingReplicaDeletion:
		return k.invalidState()
	}
	return nil
}

func (k *key) invalidState() error {
	switch k.state {
	case types.KeyStatePendingDeletion:
		return failure(codeInvalidState, "%s is pending deletion.", k.arn)
	case types.KeyStatePendingImport:
		return failure(codeInvalidState, "%s is pending import.", k.arn)
	}
	return failure(codeInvalidState, "The state of %s is %s, in which this is not possible.", k.arn, k.state)
}

type keyInput struct {
	KeyID string `json:"KeyId"`
}

func (k *KMS) enableKey(s session, in *keyInput) (*struct{}, error) {
	return k.switchKey(s, "EnableKey", in.KeyID, types.KeyStateEnabled)
}

func (k *KMS) disableKey(s session, in *keyInput) (*struct{}, error) {
	return k.switchKey(s, "DisableKey", in.KeyID, types.KeyStateDisabled)
}

func (k *KMS) switchKey(s session, operation, keyID string, to types.KeyState) (*struct{}, error) {
	return &struct{}{}, k.control(s, operation, keyID, func(found *key) error {
		if found.state != types.KeyStateEnabled && found.state != types.KeyStateDisabled {
			return found.invalidState()
		}
		found.state = to
		return nil
	})
}

// control changes a key for a caller who may do that.
func (k *KMS) control(s session, operation, keyID string, do func(*key) error) error {
	found, err := k.key(s.region, keyID)
	if err != nil {
		return err
	}
	if err := k.admit(s, operation, found, nil); err != nil {
		return err
	}
	return k.change(s.region, found.id, do)
}

type scheduleInput struct {
	KeyID string `json:"KeyId"`
	Days  *int   `json:"PendingWindowInDays"`
}

type scheduleOutput struct {
	keyed
	DeletionDate float64        `json:"DeletionDate"`
	KeyState     types.KeyState `json:"KeyState"`
	Days         int            `json:"PendingWindowInDays"`
}

func (k *KMS) scheduleKeyDeletion(s session, in *scheduleInput) (*scheduleOutput, error) {
	days := 30
	if in.Days != nil {
		days = *in.Days
	}
	if days < 7 || days > 30 {
		return nil, validation("1 validation error detected: Value at 'pendingWindowInDays' failed to satisfy constraint: Member must be between 7 and 30")
	}
	out := &scheduleOutput{KeyState: types.KeyStatePendingDeletion, Days: days}
	err := k.control(s, "ScheduleKeyDeletion", in.KeyID, func(found *key) error {
		if err := found.notPendingDeletion(); err != nil {
			return err
		}
		found.state = types.KeyStatePendingDeletion
		found.deletion = time.Now().AddDate(0, 0, days)
		out.KeyID, out.DeletionDate = found.arn, epoch(found.deletion)
		return nil
	})
	return out, err
}

func (k *KMS) cancelKeyDeletion(s session, in *keyInput) (*keyed, error) {
	out := &keyed{}
	err := k.control(s, "CancelKeyDeletion", in.KeyID, func(found *key) error {
		if found.notPendingDeletion() == nil {
			return failure(codeInvalidState, "%s is not pending deletion.", found.arn)
		}
		found.state, found.deletion = types.KeyStateDisabled, time.Time{}
		out.KeyID = found.arn
		return nil
	})
	return out, err
}
