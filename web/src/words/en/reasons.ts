import type { components } from '../../api/schema';

type Reason = NonNullable<components['schemas']['GenerationSummary']['reason']>;

/** Why a generation ended without pictures: what happened, and what to do. */
const reasons: Record<Reason, [what: string, next: string]> = {
  'not-accepted': ['The check did not accept this picture or its words.', 'It cannot tell every case apart. Another picture may do.'],
  'picture-empty': ['The file of the picture was empty.', 'Choose it again, or another one.'],
  'picture-format-unsupported': ['The picture is of a format that we cannot read.', 'Choose a JPEG, PNG, WebP or HEIC.'],
  'picture-damaged': ['The file of the picture is damaged.', 'Choose another one.'],
  'picture-too-large': ['The picture has too many pixels.', 'Choose a smaller one.'],
  'picture-animated': ['The picture moves.', 'Choose one that stands still.'],
  'picture-blank': ['There is nobody in the picture.', 'Choose one with a face in it.'],
  'upload-gone': ['The picture was deleted before it was drawn.', 'Choose it again.'],
  'timed-out': ['Drawing took too long.', 'Try the same again in a while.'],
  'drawing-refused': ['The artist does not draw this.', 'Try another picture, or another style.'],
  'drawing-failed': ['The artist could not draw it.', 'Try the same again in a while.'],
  'trial-over': ['The trial ended before it was drawn.', 'Sign in and draw it anew.'],
};
export default reasons;
