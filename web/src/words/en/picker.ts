export default {
  camera: 'Take a selfie',
  library: 'Choose a picture',
  drop: 'or drop or paste one here',
  dropNow: 'Drop it here',
  private: 'Place and camera data are removed on your device.',
  reading: 'Preparing the picture',
  cameraTitle: 'Take a selfie',
  shoot: 'Take the picture',
  cameraDenied: 'The browser does not let us use the camera. Allow it in the address bar, or choose a picture instead.',
  cameraNone: 'No camera was found. Choose a picture instead.',
};
